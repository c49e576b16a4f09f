@org.jspecify.annotations.NullMarked
package dev.hindsight.projections;
