@org.jspecify.annotations.NullMarked
package dev.hindsight.domain;
