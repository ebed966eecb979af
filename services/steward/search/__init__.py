"""OpenSearch of the regions, brought in line with the files in `infra/opensearch` and the tenant files."""
