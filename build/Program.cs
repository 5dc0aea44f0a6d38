using Build;
using Cake.Frosting;
using Microsoft.Extensions.DependencyInjection;

var totals = new TestTotals();
var exitCode = new CakeHost()
    .ConfigureServices(services => services.AddSingleton(totals))
    .UseContext<BuildContext>()
    .UseLifetime<BuildLifetime>()
    .UseWorkingDirectory("..")
    .Run(args);
// After Cake's report, so that it is the last line whatever happened; CI reads it.
if (totals.Wanted)
    Console.WriteLine(totals);
return exitCode;
