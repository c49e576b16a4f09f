/** The process that runs an embedded OpenSearch node, apart from the application's own libraries. */
package dev.hindsight.searchnode;
