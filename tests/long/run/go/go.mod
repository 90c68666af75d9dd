module pail-run-clients

go 1.26.8

require github.com/ktrysmt/go-bitbucket v0.10.0

require (
	github.com/mitchellh/mapstructure v1.5.0 // indirect
	golang.org/x/net v0.55.0 // indirect
	golang.org/x/oauth2 v0.36.0 // indirect
)
