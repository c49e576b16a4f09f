@NullMarked
package dev.hindsight.ops.cli;

import org.jspecify.annotations.NullMarked;
