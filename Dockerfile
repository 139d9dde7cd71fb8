# Backstock with Node and the libraries that Node is linked to, and nothing else: no shell and no package manager, neither
# in the image nor in a layer of it.
#
# The base is named by its whole version. Who builds for others names its digest, too: `docker buildx imagetools inspect`
# prints it, and it stands behind the version as `@sha256:…`.
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /source
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
# What npm would install, to the file: packing builds it.
RUN npm pack --silent --pack-destination /tmp \
 && mkdir -p /image/opt/backstock \
 && tar -xzf /tmp/backstock-*.tgz --strip-components=1 --no-same-owner -C /image/opt/backstock
# What speaks to a database, in the version that the tests have: beside Backstock, for within it npm takes it for a peer
# that somebody else installs.
RUN npm install --prefix /image/opt --ignore-scripts --no-audit --no-fund --no-save --omit=dev \
      pg@$(node -p 'require("/source/node_modules/pg/package.json").version')
# `env` is what finds node for the program's first line, so that `docker exec CONTAINER backstock requests` works.
RUN mkdir -p /image/usr/local/bin /image/etc \
 && ln -s /opt/backstock/dist/server/cli.js /image/usr/local/bin/backstock \
 && chmod 755 /image/opt/backstock/dist/server/cli.js \
 && cp --parents /usr/local/bin/node /usr/bin/env /image \
 && ldd /usr/local/bin/node /usr/bin/env | grep -o '/lib[^ ]*' | sort -u | xargs cp --parents --dereference -t /image \
 && cp --parents /usr/share/doc/libc6/copyright /usr/share/doc/libgcc-s1/copyright \
      /usr/share/doc/libstdc++6/copyright /usr/share/doc/coreutils/copyright /image \
 && find /usr/local -maxdepth 1 -name LICENSE -exec cp --parents '{}' /image ';' \
 && echo 'backstock:x:65532:65532::/nonexistent:/nonexistent' > /image/etc/passwd \
 && echo 'backstock:x:65532:' > /image/etc/group \
 && echo 'hosts: files dns' > /image/etc/nsswitch.conf \
 && install -d -m 1777 /image/tmp
# Its group is 0, for platforms that run an image as a user of their own choice, who is of that group.
RUN install -d /owned \
 && install -d -m 775 /owned/data /owned/seed

FROM scratch
COPY --from=build /image/ /
COPY --from=build --chown=65532:0 /owned/ /
ENV PATH=/usr/local/bin:/usr/bin \
    BACKSTOCK_HOST=0.0.0.0 \
    BACKSTOCK_ALLOWED_HOST=host.docker.internal \
    BACKSTOCK_SEED=/seed \
    BACKSTOCK_DATA=/data/backstock.json
# A backstock.config.yaml beside the seeds is read as well.
WORKDIR /seed
VOLUME /data
EXPOSE 4350
USER 65532:65532
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --start-interval=250ms --retries=3 CMD ["backstock", "health"]
ENTRYPOINT ["backstock"]
