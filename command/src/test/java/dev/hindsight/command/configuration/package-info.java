/** Tests of the package of the same name. */
@NullMarked
package dev.hindsight.command.configuration;

import org.jspecify.annotations.NullMarked;
