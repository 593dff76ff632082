using Tunic.Node.Commands;
using Tunic.Node.TorProgram;

// Socket completions run on the thread that notices them: docs/decisions/0006. Read by the runtime at the first socket.
Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");

// `tunic tor` starts often and must start fast: it does without the command-line library.
return args switch
{
    ["tor", ..] => await TorEntry.RunAsync(args[1..]),
    _ => await TunicCommands.RunAsync(args),
};
