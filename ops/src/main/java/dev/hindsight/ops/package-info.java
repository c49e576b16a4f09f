/** Assembles and runs Hindsight: the application, the event store behind it, its edge, its command line. */
@NullMarked
package dev.hindsight.ops;

import org.jspecify.annotations.NullMarked;
