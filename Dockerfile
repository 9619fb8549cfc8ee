# Development image: the whole repository with its tools, built and ready to run, test and watch.
#   docker build -t somafractalmemory:local .
# For production use Dockerfile.runtime. To pin the base by digest: --build-arg NODE_IMAGE=node:24.21.0-bookworm-slim@sha256:…
ARG NODE_IMAGE=node:24.21.0-bookworm-slim

# Package manifests alone, so that installing is repeated only when one of them changes.
FROM ${NODE_IMAGE} AS manifests
WORKDIR /context
COPY . ./
RUN mkdir -p ../manifests && find . -name package.json -exec cp --parents {} ../manifests/ ';' && cp package-lock.json .npmrc ../manifests/

FROM ${NODE_IMAGE}
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates curl make \
  && rm -rf /var/lib/apt/lists/*
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
VOLUME ["/data"]
EXPOSE 9595 8001
HEALTHCHECK --interval=10s --timeout=5s --start-period=40s --retries=6 CMD ["docker/healthcheck.sh"]
ENTRYPOINT ["docker/entrypoint.sh"]
CMD ["api"]
