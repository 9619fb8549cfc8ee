# Development image: the repository with its tools, built and ready to run and watch; chart and manifests stay outside.
#   docker build -t somafractalmemory:local .
# For production use Dockerfile.runtime.
# Another base: docker build --build-context base=docker-image://node:24-bookworm-slim …

FROM node:24.21.0-bookworm-slim@sha256:0e0ff40c39bc087845bfb27465a0df4ea419520094bc35842ff83dd8cbe6f9b6 AS base

# Debian 12 as well, and the version of the servers in docker-compose.yml and helm/values.yaml: pg_dump refuses newer ones.
FROM postgres:18.4-bookworm@sha256:882236b897e39051d2368c5ccc6cda944904723506b2dfc97f2a8f5bc9afa382 AS postgres-programs
WORKDIR /context
COPY docker/collect-postgres-programs.sh ./docker/
RUN sh docker/collect-postgres-programs.sh ../programs

# Package manifests alone, so that installing is repeated only when one of them changes.
FROM base AS manifests
WORKDIR /context
COPY . ./
RUN mkdir -p ../manifests && find . -name package.json -exec cp --parents {} ../manifests/ ';' && cp package-lock.json .npmrc ../manifests/

FROM base
# The libraries are those of pg_dump.
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates curl make \
       libgssapi-krb5-2 libldap-2.5-0 liblz4-1 libssl3 libzstd1 zlib1g \
  && rm -rf /var/lib/apt/lists/*
# What `soma backup` calls. A library that is missing ends the build here, not the first backup.
COPY --from=postgres-programs /programs/ /usr/local/
RUN ldconfig && pg_dump --version && pg_restore --version
RUN groupadd --gid 10001 soma \
  && useradd --uid 10001 --gid 10001 --create-home --shell /usr/sbin/nologin soma \
  && install --directory --owner 10001 --group 10001 /app /data
USER 10001:10001
WORKDIR /app
COPY --from=manifests --chown=10001:10001 /manifests/ ./
RUN npm ci --include=dev --include=optional
COPY --chown=10001:10001 . ./
RUN npm run build
ENV SOMA_API_HOST=0.0.0.0 SOMA_DATA_DIR=/data
# The Kafka client sets timers in the past, which do what they should; Node 24 would say so among the JSON lines of the log.
ENV NODE_OPTIONS=--disable-warning=TimeoutNegativeWarning
VOLUME ["/data"]
EXPOSE 9595 50053 8001
HEALTHCHECK --interval=10s --timeout=5s --start-period=40s --retries=6 CMD ["docker/healthcheck.sh"]
ENTRYPOINT ["docker/entrypoint.sh"]
CMD ["api"]
