package problem

// Failures of the lab itself.
const (
	LabNone    Code = "lab.none"
	LabRunning Code = "lab.running"
	LabDomain  Code = "lab.domain"
	LabStart   Code = "lab.start"
)

func labRows() []Entry {
	return []Entry{{
		Code:   LabNone,
		Title:  "there is no lab",
		Cause:  "No lab was ever started in this directory.",
		Remedy: "Start one with `matchseal lab`, or name its directory with --dir.",
	}, {
		Code:   LabRunning,
		Title:  "the lab is running already",
		Cause:  "Another process runs the lab of this directory.",
		Remedy: "Use the running lab, stop it with Ctrl-C in its window, or start another with --dir OTHER.",
	}, {
		Code:   LabDomain,
		Title:  "the lab was made for another domain",
		Cause:  "Names are in certificates and accounts, so a lab keeps the domain it was made with.",
		Remedy: "Leave --domain out, or start a new lab with --dir OTHER.",
	}, {
		Code:   LabStart,
		Title:  "a node of the lab did not start",
		Cause:  "The node ended, or did not become ready in time.",
		Remedy: "Read the node's log in the lab's directory (exchange/node.log, skype/node.log).",
	}}
}
