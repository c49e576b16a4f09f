/** Axon's published token store suite is visible in its own package only. */
@NullMarked
package org.axonframework.eventhandling.tokenstore.jdbc;

import org.jspecify.annotations.NullMarked;
