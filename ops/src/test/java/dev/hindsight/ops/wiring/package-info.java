@NullMarked
package dev.hindsight.ops.wiring;

import org.jspecify.annotations.NullMarked;
