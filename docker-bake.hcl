# Images for both architectures in one file: VERSION=0.2.0 docker buildx bake -f docker-bake.hcl (docs/run/compose.md). No test runs it.
# Without -f, bake also reads docker-compose.yml, which wants the passwords of .env.
variable "VERSION" {
  default = "local"
}

group "default" {
  targets = ["wrtmeter"]
}

target "wrtmeter" {
  context    = "."
  dockerfile = "Dockerfile"
  platforms  = ["linux/amd64", "linux/arm64"]
  tags       = ["wrtmeter:${VERSION}"]
  # A daemon without the containerd image store cannot hold two architectures of one image.
  output     = ["type=oci,dest=wrtmeter-${VERSION}.oci.tar"]
}
