/** What people ask, one folder per question, and what all answers share: rights, freshness, cursors, parameters. */
@NullMarked
package dev.hindsight.query;

import org.jspecify.annotations.NullMarked;
