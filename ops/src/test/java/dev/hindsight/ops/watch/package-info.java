/** Whether the running system tells the truth of itself: metrics, logs, traces, and the dashboards and alerts on them. */
@NullMarked
package dev.hindsight.ops.watch;

import org.jspecify.annotations.NullMarked;
