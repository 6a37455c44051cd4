# The base for amd64 and arm64. Node 24 has no image for arm/v7; docs/run/compose.md names a base for it.
ARG BASE=node:24.21.0-trixie-slim

FROM ${BASE} AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends python3 make g++ \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
# Compile sqlite3 against this image's glibc and the headers of its Node, so that only packages of the lock file are downloaded.
# The install scripts of all other packages stay disabled.
COPY package.json package-lock.json ./
COPY setup setup
RUN npm ci --ignore-scripts \
 && npm_config_build_from_source=true npm_config_nodedir=/usr/local node setup/driver.js
COPY tsconfig.json tsconfig.build.json ./
COPY src src
RUN npm run build \
 && npm prune --omit=dev --ignore-scripts \
 && rm -rf node_modules/sqlite3/deps node_modules/sqlite3/build/Release/obj* dist/.tsbuildinfo

FROM ${BASE}
# WireGuard servers are read over ssh.
RUN apt-get update \
 && apt-get install -y --no-install-recommends openssh-client \
 && rm -rf /var/lib/apt/lists/*
# One arena of malloc for all threads: of one for each, much stays with the process that nobody uses. By default, the heap of V8 may grow
# beyond a small container: half of the container's memory is enough. Node has this option from 22.21 on.
ENV NODE_ENV=production MALLOC_ARENA_MAX=1 NODE_OPTIONS=--max-old-space-size-percentage=50 WRTMETER_DATA=/data WRTMETER_LISTEN=0.0.0.0:9780
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY openwrt-cgi/peer-access.sh openwrt-cgi/limits.sh openwrt-cgi/
RUN install -d -m 0700 -o node -g node /data
USER node
VOLUME /data
EXPOSE 9780
STOPSIGNAL SIGTERM
# Once a minute is enough for a meter. Each check starts a process, which is noticeable on a small board.
HEALTHCHECK --interval=60s --timeout=10s --start-period=60s --retries=3 \
  CMD ["node", "/app/dist/main.js", "health"]
ENTRYPOINT ["node", "/app/dist/main.js"]
CMD ["serve"]
