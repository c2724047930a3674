// Soc-playbook shows what a security operations centre can do with the announcement of a removal: it follows the events of all requests over NATS,
// keeps one window of suppression rules for each announced removal in a file, and closes the window when the removal has ended. It imports nothing
// but the packages that any third party may import. README.md explains it to those who run a SOC.
package main
