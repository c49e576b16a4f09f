/** Notes down who reads, takes along or is refused what, for the auditors. */
package dev.hindsight.ops.access;
