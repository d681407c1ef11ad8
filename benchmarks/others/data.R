# The public data of R's survival package, as CSV files. Rscript data.R FOLDER
library(survival)
folder <- commandArgs(TRUE)[1]
for (name in c("lung", "veteran", "ovarian", "pbc", "mgus2", "heart"))
  write.csv(get(name), file.path(folder, paste0(name, ".csv")), row.names = FALSE, na = "")
