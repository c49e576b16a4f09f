/** What admins configured, and who did: the history of people, organizations, teams, queues, fields and categories. */
@NullMarked
package dev.hindsight.query.history;

import org.jspecify.annotations.NullMarked;
