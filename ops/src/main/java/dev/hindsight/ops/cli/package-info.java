/** The command line: starts an installation, or talks to a running one over its HTTP API. */
@NullMarked
package dev.hindsight.ops.cli;

import org.jspecify.annotations.NullMarked;
