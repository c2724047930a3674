package browsertest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

var yes = true

// evaluate runs an expression in the page and decodes its value.
func evaluate(ctx context.Context, expression string, result any) error {
	got, err := chromedp.Call(ctx, runtime.Evaluate, runtime.EvaluateParams{
		Expression: expression, ReturnByValue: &yes, AwaitPromise: &yes, Silent: &yes,
	})
	if err != nil {
		return err
	}
	return decode(got.Result, got.ExceptionDetails, result)
}

// callOn calls a function with an object of the page as this, and decodes its value.
func callOn(ctx context.Context, object runtime.RemoteObjectID, function string, result any, args ...any) error {
	params := runtime.CallFunctionOnParams{
		ObjectID: object, FunctionDeclaration: function, ReturnByValue: &yes, AwaitPromise: &yes, Silent: &yes,
	}
	for _, arg := range args {
		value, err := json.Marshal(arg)
		if err != nil {
			return err
		}
		params.Arguments = append(params.Arguments, &runtime.CallArgument{Value: value})
	}
	got, err := chromedp.Call(ctx, runtime.CallFunctionOn, params)
	if err != nil {
		return err
	}
	return decode(got.Result, got.ExceptionDetails, result)
}

// handle evaluates an expression to an object of the page, or to "" where it is null.
func handle(ctx context.Context, expression string) (runtime.RemoteObjectID, error) {
	got, err := chromedp.Call(ctx, runtime.Evaluate, runtime.EvaluateParams{Expression: expression, Silent: &yes})
	if err != nil {
		return "", err
	}
	return got.Result.ObjectID, decode(nil, got.ExceptionDetails, nil)
}

// handleOn is callOn for a function that returns an object.
func handleOn(ctx context.Context, object runtime.RemoteObjectID, function string) (runtime.RemoteObjectID, error) {
	got, err := chromedp.Call(ctx, runtime.CallFunctionOn, runtime.CallFunctionOnParams{ObjectID: object, FunctionDeclaration: function, Silent: &yes})
	if err != nil {
		return "", err
	}
	return got.Result.ObjectID, decode(nil, got.ExceptionDetails, nil)
}

func decode(value *runtime.RemoteObject, thrown *runtime.ExceptionDetails, result any) error {
	if thrown != nil {
		if thrown.Exception != nil && thrown.Exception.Description != "" {
			return errors.New(thrown.Exception.Description)
		}
		return errors.New(thrown.Text)
	}
	if result == nil || value == nil || len(value.Value) == 0 {
		return nil
	}
	if err := json.Unmarshal(value.Value, result); err != nil {
		return fmt.Errorf("the value in the page: %w", err)
	}
	return nil
}

// isFleeting says whether an error comes of a page that changed in the middle of a question, so that asking again may help.
func isFleeting(err error) bool {
	var answer *cdproto.Error
	return errors.As(err, &answer)
}

// quote is a value as a literal of the page's language.
func quote(v any) string {
	literal, err := json.Marshal(v)
	if err != nil {
		panic(err) // text and numbers only
	}
	return string(literal)
}
