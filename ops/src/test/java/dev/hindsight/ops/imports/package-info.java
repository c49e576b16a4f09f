/** Imports through the running application, compared with figures taken straight from the files. */
@NullMarked
package dev.hindsight.ops.imports;

import org.jspecify.annotations.NullMarked;
