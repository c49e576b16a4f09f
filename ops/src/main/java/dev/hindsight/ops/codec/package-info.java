/** The stored form of events and their envelope: names, JSON, personal data sealed under data keys, upcasters. */
@NullMarked
package dev.hindsight.ops.codec;

import org.jspecify.annotations.NullMarked;
