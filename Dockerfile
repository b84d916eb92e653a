# The wheel holds one binary; the image needs nothing of Python.
FROM python:3.13-slim AS wheel
ARG VERSION=0.1.0
RUN pip install --no-cache-dir --no-deps --target /wheel "newskin==${VERSION}"

FROM debian:trixie-slim
COPY --from=wheel /wheel/bin/newskin /usr/local/bin/newskin
WORKDIR /src
ENTRYPOINT ["newskin"]
CMD ["check"]
