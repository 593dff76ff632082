using Tunic.Node.TorProgram;

// `tunic tor` starts often and must start fast: it does without the command-line library.
return args is ["tor", ..]
    ? await TorEntry.RunAsync(args[1..])
    : 2;
