/** Reading and translating foreign logs. */
@NullMarked
package dev.hindsight.command.imports;

import org.jspecify.annotations.NullMarked;
