// What a Go program has: net/http as it is, and a client of Bitbucket's API on it.
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"

	"github.com/ktrysmt/go-bitbucket"
)

func main() {
	text, err := os.ReadFile(os.Getenv("PAIL_CREDENTIALS"))
	if err != nil {
		log.Fatal(err)
	}
	var credentials struct{ Email, Token string }
	if err := json.Unmarshal(text, &credentials); err != nil {
		log.Fatal(err)
	}
	response, err := http.Get("https://api.bitbucket.org/2.0/hook_events")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("net/http", response.StatusCode)
	client, err := bitbucket.NewBasicAuth(credentials.Email, credentials.Token)
	if err != nil {
		log.Fatal(err)
	}
	options := &bitbucket.RepositoryOptions{Owner: "acme", RepoSlug: "demo"}
	repository, err := client.Repositories.Repository.Get(options)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("go-bitbucket", repository.Full_name)
}
