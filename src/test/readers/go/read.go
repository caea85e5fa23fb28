// Prints the data of so many events, a line each: read URL COUNT
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"

	"github.com/r3labs/sse/v2"
)

func main() {
	left, _ := strconv.Atoi(os.Args[2])
	err := sse.NewClient(os.Args[1]).SubscribeRaw(func(event *sse.Event) {
		line, _ := json.Marshal(string(event.Data))
		fmt.Println(string(line))
		left--
		if left == 0 {
			os.Exit(0)
		}
	})
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
