/** Imports of foreign helpdesks' event logs: a file, a mapping, and a run that can be repeated. */
@NullMarked
package dev.hindsight.command.imports;

import org.jspecify.annotations.NullMarked;
