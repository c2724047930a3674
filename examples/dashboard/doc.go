// Dashboard is where a screen of your own begins: lines.go shows every progress event in a terminal, page.go and page.html show them in a browser,
// in about twenty lines each. It imports nothing but the packages that any third party may import. README.md explains it.
package main
