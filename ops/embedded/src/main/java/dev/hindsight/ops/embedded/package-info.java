@org.jspecify.annotations.NullMarked
package dev.hindsight.ops.embedded;
