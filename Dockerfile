# One image for every node: docker build -t sidelock .
FROM node:20-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json vite.config.ts ./
COPY src src
RUN npm run build && npm prune --omit=dev

FROM node:20-slim
ENV NODE_ENV=production
WORKDIR /opt/sidelock
COPY package.json ./
COPY --from=build /build/node_modules node_modules
COPY --from=build /build/dist dist
COPY bench bench
COPY bin bin
COPY docs/conformance.json docs/conformance.json
COPY examples examples
COPY wireshark wireshark
# Stores, sockets and secrets of a node belong to this user alone.
RUN ln -s /opt/sidelock/bin/sidelock.js /usr/local/bin/sidelock \
 && install -d -o node -g node -m 0700 /var/lib/sidelock /run/sidelock
USER node
STOPSIGNAL SIGTERM
ENTRYPOINT ["sidelock"]
CMD ["--help"]
