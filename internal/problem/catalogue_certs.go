package problem

// Failures of certificate and key files.
const (
	CertsPermissions Code = "certs.permissions"
	CertsUnreadable  Code = "certs.unreadable"
	CertsWrongBox    Code = "certs.wrong-box"
	CertsMismatch    Code = "certs.mismatch"
	CertsPassword    Code = "certs.password"
	CertsInvalid     Code = "certs.invalid"
	CertsNoKey       Code = "certs.no-key"
)

func certsRows() []Entry {
	return []Entry{{
		Code:   CertsPermissions,
		Title:  "a private key can be read by other users of this computer",
		Cause:  "The file's permissions let the group or everybody read it.",
		Remedy: "Type the chmod 600 command printed with this message, and replace the key if the computer has other users.",
	}, {
		Code:   CertsUnreadable,
		Title:  "a certificate or key file cannot be used",
		Cause:  "The file is missing, or holds something else than what is expected there.",
		Remedy: "Name a certificate (PEM, DER or Base64), a bundle (.p7b) or a PFX; where a key is wanted, a PEM or PFX with the key. `matchseal cert inspect <file>` tells what a file holds. If it is none of these, export it once more at its server.",
	}, {
		Code:   CertsWrongBox,
		Title:  "a sealed private key cannot be opened",
		Cause:  "The key was sealed with another sealing key than the one in use, or its bytes were changed.",
		Remedy: "Put back the sealing key file that was in use when the key was written (it belongs into the backup), or make a new certificate.",
	}, {
		Code:   CertsMismatch,
		Title:  "the private key does not belong to the certificate",
		Cause:  "Certificate file and key file come from different requests.",
		Remedy: "Find the key made together with this certificate request, or request a new certificate.",
	}, {
		Code:   CertsPassword,
		Title:  "the PFX file does not open with this password",
		Cause:  "The password is wrong, or the file is damaged.",
		Remedy: "Enter the password that was set at the export; export again when it is lost.",
	}, {
		Code:   CertsInvalid,
		Title:  "no certificate can be made from these values",
		Cause:  "A value of the request is missing or outside what is allowed.",
		Remedy: "Correct the value named in the detail.",
	}, {
		Code:   CertsNoKey,
		Title:  "the PFX file holds no private key",
		Cause:  "It was exported without the key, often because the key was not marked exportable. A server cannot use it.",
		Remedy: "Export it on the server that made the request, with its key: Export-ExchangeCertificate -Thumbprint <thumbprint> -BinaryEncoded -Password <password>. If the key is not exportable, make a new certificate with -PrivateKeyExportable $true.",
	}}
}
