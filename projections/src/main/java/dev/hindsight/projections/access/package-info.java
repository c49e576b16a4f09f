/** Who read, took along or was refused what: the read model of access records. */
package dev.hindsight.projections.access;
