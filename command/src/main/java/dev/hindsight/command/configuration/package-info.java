/** Queues, categories, custom fields and teams: put by admins, looked up by ticket commands. */
@NullMarked
package dev.hindsight.command.configuration;

import org.jspecify.annotations.NullMarked;
