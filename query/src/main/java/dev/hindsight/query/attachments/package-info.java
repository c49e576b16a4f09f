/** The files on a ticket: which there are, and their contents for those who may read them. */
@NullMarked
package dev.hindsight.query.attachments;

import org.jspecify.annotations.NullMarked;
