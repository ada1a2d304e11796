package builtin

import (
	"context"

	"github.com/matchseal/matchseal/internal/shell"
	"github.com/matchseal/matchseal/internal/shell/object"
)

const credentialType = "System.Management.Automation.PSCredential"

func secureCommands() []*shell.Command {
	return []*shell.Command{
		{
			Name: "ConvertTo-SecureString", Module: security,
			Synopsis: "Makes a secure string, as passwords are, from text.",
			Sets:     []string{"Secure", "PlainText", "Open"}, DefaultSet: "Secure",
			Parameters: []shell.Parameter{
				required(piped(at(0, "String", "String", "the text"))),
				required(within(toggle("AsPlainText", "the text is the password itself"), "PlainText")),
				within(toggle("Force", "do so although it can be read on the screen"), "PlainText"),
				within(at(1, "SecureKey", "SecureString", "the key the text is encrypted with"), "Secure"),
				required(within(named("Key", "Byte[]", "the key the text is encrypted with"), "Open")),
			},
			Output: properties("Length", "Int32"),
			Start:  shell.Each(toSecure),
		},
		{
			Name: "Get-Credential", Module: security,
			Synopsis: "Asks for a name and a password.",
			Sets:     []string{"CredentialSet", "MessageSet"}, DefaultSet: "CredentialSet",
			Parameters: []shell.Parameter{
				within(at(0, "Credential", "PSCredential", "the name, or a credential"), "CredentialSet"),
				within(at(0, "UserName", "String", "the name"), "MessageSet"),
				required(within(named("Message", "String", "what to say"), "MessageSet")),
			},
			Output: properties("UserName", "String", "Password", "SecureString"),
			Start:  shell.Each(getCredential),
		},
	}
}

func toSecure(_ context.Context, in *shell.Invocation) error {
	switch {
	case !in.Bool("AsPlainText"):
		return fault(in, "ImportSecureString_InvalidArgument_CryptographicError", "InvalidArgument", "CryptographicException",
			"Text that was encrypted elsewhere cannot be read here. Give the password itself with -AsPlainText -Force, or type it with Read-Host -AsSecureString.")
	case !in.Bool("Force"):
		return fault(in, "ImportSecureString_ForceRequired", "InvalidArgument", "ArgumentException",
			"The system cannot protect plain text input. To suppress this warning and convert the plain text to a SecureString, "+
				"reissue the command specifying the Force parameter. For more information ,type: get-help ConvertTo-SecureString.")
	}
	return in.Emit(object.Secure{Secret: in.String("String")})
}

func getCredential(ctx context.Context, in *shell.Invocation) error {
	name := in.String("UserName")
	switch v := in.Value("Credential").(type) {
	case *object.Object:
		return in.Emit(v)
	case string:
		name = v
	}
	q := shell.Question{Caption: "Windows PowerShell credential request", Message: "Enter your credentials."}
	if in.Has("Message") {
		q.Message = in.String("Message")
	}
	if name == "" {
		q.Prompt = "User: "
		answer, err := ask(ctx, in, q)
		if err != nil {
			return err
		}
		name, q.Caption, q.Message = answer, "", ""
	}
	if name == "" {
		return fault(in, "UserName", "InvalidArgument", "ParameterBindingException",
			"Cannot process command because of one or more missing mandatory parameters: Credential.")
	}
	q.Prompt, q.Secret = "Password for user "+name+": ", true
	password, err := ask(ctx, in, q)
	if err != nil {
		return err
	}
	return in.Emit(shell.ObjectOf(credentialType,
		object.Property{Name: "UserName", Type: "String", Value: name},
		object.Property{Name: "Password", Type: "SecureString", Value: object.Secure{Secret: password}}))
}
