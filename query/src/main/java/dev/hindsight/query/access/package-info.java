/** Who read, took along or was refused what. */
package dev.hindsight.query.access;
