/** The write calls on tickets: bodies read strictly, rights checked, commands sent, success told. */
@NullMarked
package dev.hindsight.command.desk;

import org.jspecify.annotations.NullMarked;
