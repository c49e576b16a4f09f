# OpenSearch with the analyzer that the ticket index names; the plugin has the version of the server.
FROM opensearchproject/opensearch:3.8.0
RUN /usr/share/opensearch/bin/opensearch-plugin install --batch analysis-icu
USER 1000:1000
