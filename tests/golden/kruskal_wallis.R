# Several groups by ranks: stats::kruskal.test. Rscript kruskal_wallis.R
library(jsonlite)
source("founding.R")

case <- function(values, groups) {
  told <- !is.na(values)
  groups <- factor(groups[told])
  test <- kruskal.test(values[told], groups)
  list(
    samples = unname(split(values[told], groups)), h = unbox(unname(test$statistic)), p = unbox(test$p.value),
    df = unbox(unname(test$parameter))
  )
}
# Each patient once, by the first of these causes that he has.
causes <- c("rheumatologic", "malignancy", "viral", "bacterial", "unknown")
main <- causes[apply(founding[causes], 1, function(one) which(one == 1)[1])]

keep("kruskal_wallis.R", list(
  "age by cause" = case(founding$age, main),
  "ferritin on day 1 by cause" = case(founding$ferritin, main),
  "greatest fall, from the rows, by cause" = case(founding$fall, main),
  "greatest fall, as printed, by cause" = case(founding$printed, main),
  "two groups" = case(founding$age, survived),
  "three groups, no ties" = case(c(1.1, 5.2, 3.3, 8.4, 2.5, 6.6, 7.7), c(1, 1, 1, 2, 2, 3, 3)),
  "many ties" = case(c(0, 0, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3), rep(1:4, 3)),
  "one each" = case(c(4, 2, 9), 1:3),
  "airquality, ozone by month" = case(airquality$Ozone, airquality$Month),
  "InsectSprays" = case(InsectSprays$count, InsectSprays$spray),
  "PlantGrowth" = case(PlantGrowth$weight, PlantGrowth$group),
  "chickwts" = case(chickwts$weight, chickwts$feed)
), "jsonlite")
