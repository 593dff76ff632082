using Tunic.Node.Bench;
using Tunic.Node.Commands;
using Tunic.Node.TorProgram;

// `tunic tor` starts often and must start fast: it does without the command-line library.
return args switch
{
    ["tor", ..] => await TorEntry.RunAsync(args[1..]),
    ["bench", "network", ..] => await BenchEntry.RunAsync(args[2..]),
    _ => await TunicCommands.RunAsync(args),
};
