// Package app is the composition root: it reads the configuration, makes every room, subscribes
// every event, and runs what the commands of cmd/lancar ask for. Nothing else wires anything.
package app
