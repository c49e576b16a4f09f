/** People and organizations: who is behind a token or an address, once and for all, and who works tickets. */
@NullMarked
package dev.hindsight.command.people;

import org.jspecify.annotations.NullMarked;
