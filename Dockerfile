# The image of a release. `.ci/archives.py` puts the executables of both platforms into its
# build context, `image`; they need glibc 2.17, libgcc and the certificates of this base.
FROM gcr.io/distroless/cc-debian12:nonroot
ARG TARGETARCH
COPY ${TARGETARCH}/presolve /usr/bin/presolve
WORKDIR /work
ENTRYPOINT ["/usr/bin/presolve"]
