// Tests of a program with https://api.bitbucket.org written into it: pail run --seed seed.yaml -- go test ./...
package branches

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
)

type credentials struct {
	Email string `json:"email"`
	Token string `json:"token"`
}

// begin goes back to the seed, and reads who may call.
func begin(t *testing.T) credentials {
	t.Helper()
	control(t, http.MethodPost, "/reset", "")
	text, err := os.ReadFile(os.Getenv("PAIL_CREDENTIALS"))
	if err != nil {
		t.Fatal("run this within pail run: ", err)
	}
	var read credentials
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	return read
}

// control asks the control of Pail: docs/control.md.
func control(t *testing.T, method, path, body string) {
	t.Helper()
	client := http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			var dialer net.Dialer
			return dialer.DialContext(ctx, "unix", os.Getenv("PAIL_CONTROL"))
		},
	}}
	if status := send(t, &client, method, "http://pail"+path, body, credentials{}); status >= 400 {
		t.Fatalf("%s %s: %d", method, path, status)
	}
}

func send(t *testing.T, client *http.Client, method, url, body string, as credentials) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	if as.Email != "" {
		request.SetBasicAuth(as.Email, as.Token)
	}
	answer, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	return answer.StatusCode
}

func createBranch(t *testing.T, as credentials) int {
	t.Helper()
	const url = "https://api.bitbucket.org/2.0/repositories/team/site/refs/branches"
	return send(t, http.DefaultClient, http.MethodPost, url, `{"name":"feature","target":{"hash":"main"}}`, as)
}

func expect(t *testing.T, status, expected int) {
	t.Helper()
	if status != expected {
		t.Errorf("status %d, expected %d", status, expected)
	}
}

func TestABranchIsNew(t *testing.T) {
	as := begin(t)
	expect(t, createBranch(t, as), 201)
	expect(t, createBranch(t, as), 400)
}

func TestATokenExpires(t *testing.T) {
	as := begin(t)
	control(t, http.MethodPost, "/clock/advance", `{"by":"31d"}`)
	expect(t, createBranch(t, as), 401)
}
