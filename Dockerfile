# The image of Pail: git, certificates, Node and the package, and nothing else.
#
#     npm ci && npm pack && docker build -t pail .
#     docker run -p 8080:8080 -v pail:/data pail
#
# NODE_IMAGE is any image of Debian with Node 24 and npm.
ARG NODE_IMAGE=docker.io/library/node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
RUN dpkg --status binutils ca-certificates git >/dev/null 2>&1 || \
    { apt-get update && apt-get install -y --no-install-recommends binutils ca-certificates git; }
COPY packaging/collect-image.sh pail-*.tgz /tmp/pail/
RUN npm install --global --prefix /usr/local --ignore-scripts --no-audit --no-fund /tmp/pail/pail-*.tgz
RUN sh /tmp/pail/collect-image.sh /image

FROM scratch
COPY --from=build /image /
COPY --from=build --chown=10001:10001 /image/data /data
USER 10001:10001
ENV PATH=/usr/bin:/bin HOME=/data PAIL_DATA=/data PAIL_HOST=0.0.0.0 \
    SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt NODE_COMPILE_CACHE=/usr/lib/pail-cache
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PAIL_PORT ?? 8080) + '/-/health').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["pail"]
CMD ["serve"]
