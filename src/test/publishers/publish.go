// Publishes an event as a form and two as JSON with Go's own HTTP client: go run publish.go HUB TOKEN
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"os"
)

const topic = "https://example.com/books/1?a=b&c=ü"

func post(body []byte, contentType string) {
	request, err := http.NewRequest("POST", os.Args[1], bytes.NewReader(body))
	if err != nil {
		log.Fatal(err)
	}
	request.Header.Set("Content-Type", contentType)
	request.Header.Set("Authorization", "Bearer "+os.Args[2])
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		log.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != 200 {
		log.Fatal(answer.Status, err, string(text))
	}
	fmt.Println(string(text))
}

func main() {
	form := url.Values{
		"topic": {topic}, "data": {"one\ntwo & three + 100%"}, "id": {"by form"}, "type": {"kind"}, "private": {"on"},
	}
	post([]byte(form.Encode()), "application/x-www-form-urlencoded")
	batch, err := json.Marshal([]map[string]any{
		{"topic": topic, "data": map[string]int{"page": 7}, "id": "by batch"},
		{"topic": []string{topic, "news"}, "data": "ü 🎈", "private": true},
	})
	if err != nil {
		log.Fatal(err)
	}
	post(batch, "application/json")
}
