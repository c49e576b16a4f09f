/** The walls between the rooms, each with a message that tells the repair. */
@NullMarked
package dev.hindsight.ops.architecture;

import org.jspecify.annotations.NullMarked;
