package problem

// Failures of the management shell itself.
const (
	ShellNoPath       Code = "shell.no-path"
	ShellNoDrive      Code = "shell.no-drive"
	ShellReadOnly     Code = "shell.read-only"
	ShellFileTooLarge Code = "shell.file-too-large"
	ShellDNS          Code = "shell.dns"
)

func shellRows() []Entry {
	return []Entry{
		{
			Code: ShellNoPath, Title: "Path not found in the shell",
			Cause:  "The file or folder does not exist. The shell's drive C: is a folder of its own (c in the lab's directory); every path without a drive letter is this machine's.",
			Remedy: "Run: dir C:\\ in the shell to see what is there, or give a path of this machine, such as /home/me/x.pfx. To put a file on the drive, copy it into the folder that stands for C:.",
		},
		{
			Code: ShellNoDrive, Title: "The shell has no such drive",
			Cause:  "The shell has one drive, C:, whatever drives the machine has.",
			Remedy: "Use a path on C:, or a path of this machine without a drive letter.",
		},
		{
			Code: ShellReadOnly, Title: "A file of the product can not be changed",
			Cause:  "The scripts folder shows what comes with the product; what its scripts do is part of the program.",
			Remedy: "Write to another folder, for example C:\\Temp.",
		},
		{
			Code: ShellFileTooLarge, Title: "The file is too large for the shell",
			Cause:  "The shell reads files of up to 64 MiB; certificates, exports and lists are far smaller.",
			Remedy: "Check that the path names the file you mean, with: dir, and give the right one.",
		},
		{
			Code: ShellDNS, Title: "The DNS server gave no answer",
			Cause:  "nslookup asks the lab's DNS server, or this machine's where the shell is connected by URL. It did not answer, or refused.",
			Remedy: "Check that the lab runs: matchseal lab. For another server name it at the end: nslookup NAME SERVER.", Retry: Later,
		},
	}
}
